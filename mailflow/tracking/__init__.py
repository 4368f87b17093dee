"""What came back: opens, clicks, orders; machines told from people."""
