-- Version 4. The faults that lasted when the daemon stopped are looked for at each start.

CREATE INDEX journal_panel_faults ON journal (seq) WHERE kind = 'panel.fault';
