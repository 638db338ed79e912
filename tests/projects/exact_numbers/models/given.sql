select cast(1234567890123456.1234567891 as decimal(28,10)) as amount
