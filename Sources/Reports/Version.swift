/// The version of Assay, in the numbering of <https://semver.org>.
public let assayVersion = "0.1.0"
