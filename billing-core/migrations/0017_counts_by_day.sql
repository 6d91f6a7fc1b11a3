-- The comparison of gateways' counts with the ledger reads days, of all gateways.
create index gateway_counts_day on gateway_counts (day, customer_id, meter_id);
