-- What admins watch is asked for by the day that a document became final: without these each look
-- reads every invoice there ever was.
create index invoices_finalized on invoices (finalized_at) where finalized_at is not null;
create index credit_notes_created on credit_notes (created_at);
