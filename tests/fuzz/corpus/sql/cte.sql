-- c
with recursive x as (select 1 as n union all select n + 1 from x where n < 5),
y as (select * from x)
select y.n, x.*, tiny.a.* from y join x using (n);
