//! What can be reserved: facts of AWS, as the shipped seeds have them.

/// A size: its name as in usage types, and its normalised units times 100.
pub(super) type Size = (&'static str, i128);

/// Usage that shares a pool with the other kinds of its pool.
pub(super) struct Kind {
    pub(super) service: &'static str,
    /// Usage type before the colon, and on fee rows.
    pub(super) name: &'static str,
    pub(super) fee_name: &'static str,
    pub(super) operation: &'static str,
    /// Family, where a plan of one family can cover it.
    pub(super) family: Option<&'static str>,
    /// Service part of a reservation's ARN.
    pub(super) arn_service: &'static str,
    /// Whether units are normalised hours.
    pub(super) is_flexible: bool,
    pub(super) sizes: &'static [Size],
}

const EC2: Kind = Kind {
    service: "AmazonEC2",
    name: "BoxUsage",
    fee_name: "HeavyUsage",
    operation: "RunInstances",
    family: Some("m5"),
    arn_service: "ec2",
    is_flexible: true,
    sizes: &[("m5.large", 400), ("m5.xlarge", 800), ("m5.2xlarge", 1600)],
};

const RDS: Kind = Kind {
    service: "AmazonRDS",
    name: "InstanceUsage",
    fee_name: "HeavyUsage",
    operation: "CreateDBInstance:0002",
    family: None,
    arn_service: "rds",
    is_flexible: true,
    sizes: &[("db.m5.large", 400), ("db.m5.xlarge", 800)],
};

const CACHE: Kind = Kind {
    service: "AmazonElastiCache",
    name: "NodeUsage",
    fee_name: "HeavyUsage",
    operation: "CreateCacheCluster:0002",
    family: None,
    arn_service: "elasticache",
    is_flexible: true,
    sizes: &[("cache.m5.large", 400), ("cache.m5.xlarge", 800)],
};

/// Kinds of usage by pool.
pub(super) const POOLS: &[&[Kind]] = &[
    &[EC2],
    &[EC2],
    &[Kind {
        family: Some("t3"),
        sizes: &[("t3.nano", 25), ("t3.micro", 50), ("t3.small", 100), ("t3.medium", 200)],
        ..EC2
    }],
    &[Kind { operation: "RunInstances:0002", is_flexible: false, sizes: &[("m5.large", 400)], ..EC2 }],
    &[Kind {
        name: "DedicatedUsage",
        fee_name: "DedicatedUsage",
        is_flexible: false,
        sizes: &[("m5.xlarge", 800)],
        ..EC2
    }],
    &[Kind { is_flexible: false, family: Some("g4dn"), sizes: &[("g4dn.xlarge", 800)], ..EC2 }],
    &[
        RDS,
        Kind {
            name: "Multi-AZUsage",
            fee_name: "Multi-AZUsage",
            sizes: &[("db.m5.large", 800), ("db.m5.xlarge", 1600)],
            ..RDS
        },
    ],
    &[Kind { operation: "CreateDBInstance:0020", is_flexible: false, sizes: &[("db.m5.large", 400)], ..RDS }],
    &[
        CACHE,
        Kind {
            operation: "CreateCacheCluster:Valkey",
            sizes: &[("cache.m5.large", 320), ("cache.m5.xlarge", 640)],
            ..CACHE
        },
    ],
    &[Kind {
        service: "AmazonMemoryDB",
        operation: "CreateCluster",
        arn_service: "memorydb",
        sizes: &[("db.r6g.large", 400), ("db.r6g.xlarge", 800)],
        ..CACHE
    }],
    &[Kind {
        service: "AmazonES",
        name: "ESInstance",
        fee_name: "HeavyUsage",
        operation: "ESDomain",
        family: None,
        arn_service: "es",
        is_flexible: false,
        sizes: &[("r5.large", 400)],
    }],
    &[Kind {
        service: "AmazonRedshift",
        name: "Node",
        fee_name: "Node",
        operation: "RunComputeNode:0001",
        family: None,
        arn_service: "redshift",
        is_flexible: false,
        sizes: &[("ra3.4xlarge", 0)],
    }],
];

/// Usage that only a Compute Savings Plan can cover: service, usage type, operation.
pub(super) const PLAN_ONLY: &[(&str, &str, &str)] =
    &[("AmazonECS", "Fargate-vCPU-Hours:perCPU", "FargateTask"), ("AWSLambda", "Lambda-GB-Second", "Invoke")];
