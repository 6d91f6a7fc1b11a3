-- Rules that count the messages of a WebSocket, each way.
alter table route_meterings
  drop constraint route_meterings_source_check,
  add constraint route_meterings_source_check check (source in
    ('request', 'request_bytes', 'response_bytes', 'request_messages', 'response_messages',
     'duration', 'response_header', 'response_json', 'response_sse'));
