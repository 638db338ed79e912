//! What can be reserved or planned: facts of AWS, as the shipped seeds have them.

/// A size: its name as in usage types, and its normalised units times 100.
pub(super) type Size = (&'static str, i128);

pub(super) const COMPUTE: &str = "ComputeSavingsPlans";
pub(super) const EC2_INSTANCE: &str = "EC2InstanceSavingsPlans";
pub(super) const SAGEMAKER: &str = "SageMakerSavingsPlans";
pub(super) const DATABASE: &str = "DatabaseSavingsPlans";

/// All offerings of plans; AWS applies that of one family first.
pub(super) const OFFERINGS: [&str; 4] = [EC2_INSTANCE, COMPUTE, SAGEMAKER, DATABASE];

/// Usage that shares a pool with the other kinds of its pool.
pub(super) struct Kind {
    pub(super) service: &'static str,
    /// Usage type before the colon, and on fee rows.
    pub(super) name: &'static str,
    pub(super) fee_name: &'static str,
    /// Type on fee rows, where usage types name none.
    pub(super) fee_type: Option<&'static str>,
    pub(super) operation: &'static str,
    /// Family, where a plan of one family can cover it.
    pub(super) family: Option<&'static str>,
    /// Service and resource of a reservation's ARN.
    pub(super) arn: (&'static str, &'static str),
    /// Whether units are normalised hours.
    pub(super) is_flexible: bool,
    pub(super) sizes: &'static [Size],
    /// A reservation of a kind covers kinds of its rank and above: one for Redis covers Valkey, none the other way.
    pub(super) rank: u8,
    /// Of a hundred pools, how many have usage of this kind.
    pub(super) percent: u32,
    pub(super) is_reservable: bool,
    /// Whether RIFee rows say nothing of the unused part.
    pub(super) is_unused_null: bool,
}

const EC2: Kind = Kind {
    service: "AmazonEC2",
    name: "BoxUsage",
    fee_name: "HeavyUsage",
    fee_type: None,
    operation: "RunInstances",
    family: Some("m5"),
    arn: ("ec2", "reserved-instances/"),
    is_flexible: true,
    sizes: &[("m5.large", 400), ("m5.xlarge", 800), ("m5.2xlarge", 1600)],
    rank: 0,
    percent: 100,
    is_reservable: true,
    is_unused_null: false,
};

/// What a capacity reservation holds and nobody runs.
const UNUSED_BOX: Kind =
    Kind { name: "UnusedBox", sizes: &[("m5.large", 400)], percent: 55, is_reservable: false, ..EC2 };

/// Bring-your-own-licence is billed as Linux, and reservations for Linux cover it.
const BRING_YOUR_OWN: Kind = Kind {
    operation: "RunInstances:00g0",
    sizes: &[("m5.large", 400)],
    rank: 1,
    percent: 6,
    is_reservable: false,
    ..EC2
};

const RDS: Kind = Kind {
    service: "AmazonRDS",
    name: "InstanceUsage",
    operation: "CreateDBInstance:0002",
    family: None,
    arn: ("rds", "ri:ri-"),
    sizes: &[("db.m5.large", 400), ("db.m5.xlarge", 800)],
    ..EC2
};

const REDIS: Kind = Kind {
    service: "AmazonElastiCache",
    name: "NodeUsage",
    operation: "CreateCacheCluster:0002",
    family: None,
    arn: ("elasticache", "reserved-instance:ri-"),
    sizes: &[("cache.m5.large", 400), ("cache.m5.xlarge", 800)],
    percent: 70,
    ..EC2
};

const VALKEY: Kind = Kind {
    operation: "CreateCacheCluster:Valkey",
    sizes: &[("cache.m5.large", 320), ("cache.m5.xlarge", 640)],
    rank: 1,
    ..REDIS
};

const REDSHIFT: Kind = Kind {
    service: "AmazonRedshift",
    name: "Node",
    fee_name: "Node",
    operation: "RunComputeNode:0001",
    family: None,
    arn: ("redshift", "reservednode:"),
    is_flexible: false,
    sizes: &[("ra3.4xlarge", 0)],
    ..EC2
};

const DYNAMODB: Kind = Kind {
    service: "AmazonDynamoDB",
    name: "ReadCapacityUnit-Hrs",
    fee_type: Some("dynamodb.read"),
    operation: "CommittedThroughput",
    family: None,
    arn: ("dynamodb", "reserved-capacity/"),
    is_flexible: false,
    sizes: &[("", 0)],
    is_unused_null: true,
    ..EC2
};

/// Kinds of usage by pool; the first of a pool can be reserved.
pub(super) const POOLS: &[&[Kind]] = &[
    &[EC2, UNUSED_BOX, BRING_YOUR_OWN],
    &[EC2, UNUSED_BOX],
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
            percent: 60,
            ..RDS
        },
    ],
    &[Kind { operation: "CreateDBInstance:0020", is_flexible: false, sizes: &[("db.m5.large", 400)], ..RDS }],
    &[REDIS, VALKEY],
    &[REDIS, VALKEY],
    &[Kind { operation: "CreateCacheCluster:0001", percent: 100, ..REDIS }],
    &[
        Kind {
            service: "AmazonMemoryDB",
            operation: "CreateCluster",
            arn: ("memorydb", "reservednode/"),
            sizes: &[("db.r6g.large", 400), ("db.r6g.xlarge", 800)],
            ..REDIS
        },
        Kind {
            service: "AmazonMemoryDB",
            operation: "CreateCluster:Valkey",
            arn: ("memorydb", "reservednode/"),
            sizes: &[("db.r6g.large", 280), ("db.r6g.xlarge", 560)],
            ..VALKEY
        },
    ],
    &[Kind {
        service: "AmazonES",
        name: "ESInstance",
        operation: "ESDomain",
        family: None,
        arn: ("es", "reserved-instances/"),
        is_flexible: false,
        sizes: &[("r5.large", 400)],
        ..EC2
    }],
    &[REDSHIFT],
    &[Kind {
        name: "Redshift:ServerlessUsage",
        fee_name: "Redshift:ServerlessUsage-CR-1YR-NU",
        operation: "RunServerless",
        sizes: &[("", 0)],
        is_unused_null: true,
        ..REDSHIFT
    }],
    &[DYNAMODB],
    &[Kind { name: "WriteCapacityUnit-Hrs", fee_type: Some("dynamodb.write"), ..DYNAMODB }],
];

/// Usage that only plans can cover: service, usage type, operation.
pub(super) const PLAN_ONLY: &[(&str, &str, &str)] = &[
    ("AmazonECS", "Fargate-vCPU-Hours:perCPU", "FargateTask"),
    ("AmazonECS", "Fargate-vCPU-Hours:perCPU", "FargateTask"),
    ("AWSLambda", "Lambda-GB-Second", "Invoke"),
    ("AmazonSageMaker", "Train:ml.m5.large", "RunInstance"),
    ("AmazonRDS", "Aurora:ServerlessV2Usage", "CreateDBInstance:0021"),
];

/// Whether plans of an offering cover usage of a service; those of one family and region look at these, too.
pub(super) fn covers(offering: &str, service: &str) -> bool {
    let services: &[&str] = match offering {
        EC2_INSTANCE => &["AmazonEC2"],
        COMPUTE => &["AmazonEC2", "AmazonECS", "AWSLambda"],
        SAGEMAKER => &["AmazonSageMaker"],
        DATABASE => &["AmazonRDS", "AmazonDynamoDB", "AmazonElastiCache"],
        _ => &[],
    };
    services.contains(&service)
}

/// The product code under which plans of an offering are sold, and what the usage types of their fees begin with.
pub(super) fn sold_as(offering: &str) -> (&'static str, &'static str) {
    match offering {
        SAGEMAKER => ("MachineLearningSavingsPlans", "MachineLearningSP"),
        DATABASE => ("DatabaseSavingsPlans", "DatabaseSP"),
        EC2_INSTANCE => ("ComputeSavingsPlans", "EC2SP"),
        _ => ("ComputeSavingsPlans", "ComputeSP"),
    }
}
