-- What was asked for before $1 and not confirmed; returns whose it was.
DELETE FROM subscriptions
 WHERE state = 'asked'
   AND since < $1
RETURNING audience;
