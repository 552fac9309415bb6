-- What the upkeep of a server asks for: deliveries that were given up, and measurements that have ended.
CREATE INDEX delivery_dead ON delivery (id) WHERE due IS NULL;
CREATE INDEX diagnostic_ended ON diagnostic (ended) WHERE ended IS NOT NULL;
