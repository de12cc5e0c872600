/// Names of time zones as people may write them, wherever they do.
package enum ZoneName {
    /// Whether it says for ever when its clocks change: a place of the IANA database, `Europe/Berlin`, or UTC. An
    /// abbreviation is several zones' (IST, CST), or none that changes with the season, and so is an offset by a name
    /// (`GMT+5`, and `Etc/GMT+5`, which is five hours *behind*). Whether the database has it is for its caller to ask.
    package static func isFit(_ name: String) -> Bool {
        isUTC(name) || name.contains("/") && !name.hasPrefix("Etc/")
    }

    package static func isUTC(_ name: String) -> Bool { name == "UTC" || name == "Etc/UTC" }
}
