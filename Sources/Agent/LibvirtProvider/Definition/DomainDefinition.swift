import NestingModel

/// A guest's definition: libvirt's domain XML, read as facts and edited in place.
struct DomainDefinition {
    let tree: XMLTree

    init(_ bytes: [UInt8]) throws(XMLFault) {
        tree = try XMLTreeParser.parse(bytes)
        guard tree[0].name == "domain" else {
            throw XMLFault(description: "the root is <\(printable(tree[0].name.utf8))>, not <domain>")
        }
    }

    init(_ text: String) throws(XMLFault) { try self.init(Array(text.utf8)) }

    /// The `type` as written.
    var typeName: String { tree.attribute("type", of: 0) ?? "" }

    var engine: Fact<GuestEngine> {
        switch typeName {
        case "kvm": .known(.kvm)
        case "qemu": .known(.qemu)
        case "xen": .known(.xen)
        case "hyperv": .known(.hyperv)
        case "": .unknown("the definition has no type")
        default: .known(.other)
        }
    }

    var arch: String? { tree.attribute("arch", of: tree.first("os", "type")) }

    var isX86: Bool { arch == "x86_64" || arch == "i686" }

    var onPowerOff: Fact<String> {
        // libvirt's default where the element is missing.
        .known(tree.text(of: tree.first("on_poweroff")).map { printable($0.utf8) } ?? "destroy")
    }
}
