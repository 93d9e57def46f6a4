//! What bytes hold: sniff, JSON re-indent, hex, exports. Pure.
