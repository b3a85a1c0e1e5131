-- Open offers and work under way are looked up by their program, too: a program that is closed for
-- long must not make each look at the providers and programs read all of them.
DROP INDEX requests_offered;
CREATE INDEX requests_offered ON requests ((offered[cardinality(offered)])) WHERE status = 'offered';
CREATE INDEX requests_offered_in ON requests (program) WHERE status = 'offered';
CREATE INDEX requests_engaged_in ON requests (program)
 WHERE status IN ('assigned', 'in_delivery', 'delivered');
