select case when a in (1, 2) then 'x' when b between 1 and 2 then null else (select max(c) from d where exists (select 1 from e)) end as größe, "A ""b""", `c`, [d]
from "tiny"."a"