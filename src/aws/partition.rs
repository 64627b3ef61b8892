//! Partitions and the Regions in them.
//!
//! Source: AWS General Reference, aws-arns-and-namespaces.html (partitions), and the Region names of each.

const PARTITIONS: [(&str, &str); 8] = [
    ("aws-cn", "cn-"),
    ("aws-us-gov", "us-gov-"),
    ("aws-iso", "us-iso-"),
    ("aws-iso-b", "us-isob-"),
    ("aws-iso-e", "eu-isoe-"),
    ("aws-iso-f", "us-isof-"),
    ("aws-eusc", "eusc-"),
    ("aws", ""),
];

/// Whether there is such a partition.
pub(crate) fn is_partition(name: &str) -> bool {
    PARTITIONS.iter().any(|(partition, _)| *partition == name)
}

/// The partition that a Region belongs to.
pub(crate) fn partition_of_region(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(_, prefix)| region.starts_with(prefix)).map_or("aws", |(partition, _)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_partition() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
        ] {
            assert_eq!(partition_of_region(region), partition);
        }
        assert!(is_partition("aws-cn") && !is_partition("amazon"));
    }
}
