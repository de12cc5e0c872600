import NestingModel

extension DomainDefinition {
    var interfaces: [InterfaceFacts] {
        guard let devices = tree.first("devices") else { return [] }
        return tree.children(of: devices, named: "interface").map(interface)
    }

    private func interface(_ index: Int) -> InterfaceFacts {
        func fact(_ text: String?) -> Fact<String> { text.map { .known(printable($0.utf8)) } ?? .absent }
        let kind = tree.attribute("type", of: index)
        let source = tree.first("source", from: index)
        let attribute = ["network", "bridge", "dev", "name", "path", "address"].lazy
            .compactMap { tree.attribute($0, of: source) }.first
        let (spoofing, by) = macSpoofing(index, kind: kind ?? "")
        return InterfaceFacts(
            mac: fact(tree.attribute("address", of: tree.first("mac", from: index))?.lowercased()),
            kind: fact(kind), source: fact(attribute), macSpoofing: spoofing, macSpoofingBy: by)
    }

    /// Whether an inner guest's frames pass. Filters are judged by their names, as their rules are the host's own.
    private func macSpoofing(_ index: Int, kind: String) -> (Fact<Bool>, Fact<String>) {
        if let filter = tree.attribute("filter", of: tree.first("filterref", from: index)) {
            let by = Fact.known(printable("filter \(filter)".utf8))
            if filter.hasPrefix("clean-traffic") || filter.contains("spoofing") { return (.known(false), by) }
            if filter.hasPrefix("allow-") { return (.known(true), by) }
            return (.unknown("what the filter '\(printable(filter.utf8))' lets through is not known"), by)
        }
        switch kind {
        case "direct":
            let mode = tree.attribute("mode", of: tree.first("source", from: index)) ?? "vepa"
            if mode == "passthrough" {
                return (.unknown("macvtap passthrough: the device decides"), .known("macvtap passthrough"))
            }
            // macvtap hands in only what is for the guest's own MAC, unless the guest's receive filters are trusted.
            if tree.attribute("trustGuestRxFilters", of: index) == "yes" {
                return (.known(true), .known("macvtap trustGuestRxFilters"))
            }
            return (.known(false), .known(printable("macvtap \(mode) without trustGuestRxFilters".utf8)))
        case "hostdev", "vdpa":
            return (.unknown("the device's own spoof check decides"), .known("\(kind) device"))
        case "network", "bridge", "user", "ethernet", "internal", "vhostuser", "server", "client", "mcast", "udp":
            return (.known(true), .absent)
        default:
            return (.unknown("interfaces of type '\(printable(kind.utf8.prefix(40)))' are not known"), .absent)
        }
    }
}
