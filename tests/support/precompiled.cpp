// Nothing: evtwin_test_headers needs a source, its precompiled headers are what counts.
