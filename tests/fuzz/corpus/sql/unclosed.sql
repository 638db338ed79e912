select 'a
from "b
/* c
(