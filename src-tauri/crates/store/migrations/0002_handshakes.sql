-- What a delivery was answered as, when it was a handshake, and by whom; absent for every other.
ALTER TABLE deliveries ADD COLUMN handshake TEXT;

-- Whether the handshakes of an inbox's scheme are answered in place of its own answer.
ALTER TABLE inboxes ADD COLUMN answer_handshakes INTEGER NOT NULL DEFAULT 1;
