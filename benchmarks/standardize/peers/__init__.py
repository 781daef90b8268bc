"""The same work written by hand with other libraries; each runs in the interpreter that `RONGHE_PEERS_PYTHON` names."""
