import NestingModel

extension HostVirtualization {
    /// Takes in the driver's capabilities: who the host is, and its CPU.
    mutating func read(capabilities bytes: [UInt8]) {
        let tree: XMLTree
        do throws(XMLFault) {
            tree = try XMLTreeParser.parse(bytes)
        } catch {
            uuid = .unknown("libvirt's capabilities can't be read: \(error)")
            cpuHasIt = .unknown("libvirt's capabilities can't be read: \(error)")
            return
        }
        if let text = tree.text(of: tree.first("host", "uuid")), let bytes = RemoteDomain.uuidBytes(text) {
            uuid = .known(RemoteDomain.text(ofUUID: bytes))
        } else {
            uuid = .unknown("libvirt's capabilities have no host uuid")
        }
        guard let cpu = tree.first("host", "cpu") else {
            cpuHasIt = .unknown("libvirt's capabilities have no host CPU")
            return
        }
        switch tree.text(of: tree.first("vendor", from: cpu)) {
        case "Intel", "Zhaoxin": self.extension = .vmx
        case "AMD", "Hygon": self.extension = .svm
        default:
            cpuHasIt = .unknown("libvirt does not know the host CPU's vendor")
            return
        }
        guard let name = self.extension?.rawValue else { return }
        let listed = tree.children(of: cpu, named: "feature").contains { tree.attribute("name", of: $0) == name }
        let model = tree.text(of: tree.first("model", from: cpu)) ?? ""
        cpuHasIt = .known(listed || name == "svm" && CPUModels.bringsSVM(model) == true)
    }

    /// One engine's host model from its domain capabilities.
    static func hostModel(domainCapabilities bytes: [UInt8]) -> Fact<HostModel> {
        do throws(XMLFault) {
            let tree = try XMLTreeParser.parse(bytes)
            guard let cpu = tree.first("cpu"),
                let mode = tree.children(of: cpu, named: "mode").first(where: {
                    tree.attribute("name", of: $0) == "host-model"
                }),
                tree.attribute("supported", of: mode) == "yes",
                let model = tree.text(of: tree.first("model", from: mode))
            else { return .absent }
            var features: [String: String] = [:]
            for feature in tree.children(of: mode, named: "feature") {
                guard let name = tree.attribute("name", of: feature) else { continue }
                features[name] = tree.attribute("policy", of: feature) ?? "require"
            }
            return .known(HostModel(model: model, features: features))
        } catch {
            return .unknown("libvirt's domain capabilities can't be read: \(error)")
        }
    }
}
