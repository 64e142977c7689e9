"""Measuring the recogniser on the user's own pictures: layouts, scores, ISO/IEC 19795-1 figures and a report."""
