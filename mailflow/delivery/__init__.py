"""Getting it out, politely: claim, gate, render, transports, replies."""
