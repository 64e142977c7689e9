"""Names and streets from which the demo's community is drawn."""

from __future__ import annotations

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN_NAMES = (
    "建国", "秀英", "志强", "桂兰", "晓明", "丽华", "国栋", "雪梅", "文博", "雅琴",
    "子轩", "雨桐", "浩然", "思远", "佳怡", "梦洁", "俊杰", "美玲", "永康", "慧敏",
)  # fmt: skip
CARRIERS = ("顺达快递", "云途速运")
