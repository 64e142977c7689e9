-- Version 3. Enrolments may be renewed, and people may be asked to enrol again.

-- The enrolment that a template is a renewal of; NULL for an enrolment itself.
ALTER TABLE templates ADD COLUMN renews TEXT REFERENCES templates (template) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX templates_renewing ON templates (renews) WHERE renews IS NOT NULL;

CREATE TABLE enrolments_asked (
    person TEXT PRIMARY KEY,
    reason TEXT NOT NULL
) STRICT;
