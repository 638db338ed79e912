select * exclude (a) replace (1 as b) from t pivot (sum(x) for y in (1, 2)) as p tablesample (10 percent) for update
