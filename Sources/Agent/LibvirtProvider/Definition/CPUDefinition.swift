import NestingModel

/// A definition's `<cpu>` as far as it decides exposure.
struct CPUDefinition: Equatable {
    enum Mode: String {
        case hostPassthrough = "host-passthrough"
        case hostModel = "host-model"
        case maximum
        case custom
        /// `custom` with `match='minimum'`: the model, and whatever else the host has.
        case minimum
        /// No CPU is chosen: the hypervisor's own default.
        case unchosen
        case other
    }

    struct Feature: Equatable {
        var node: Int
        var name: String
        var policy: String

        var isOn: Bool { policy == "require" || policy == "force" || policy == "optional" }
    }

    /// The element; nil where there is none.
    var node: Int?
    var mode: Mode
    var model: String?
    /// libvirt has compared the lines with what the running QEMU really has.
    var isChecked: Bool
    /// The lines for vmx and svm, in order.
    var features: [Feature]

    func features(_ name: String) -> [Feature] { features.filter { $0.name == name } }
}

extension DomainDefinition {
    var cpu: CPUDefinition {
        guard let node = tree.first("cpu") else {
            return CPUDefinition(node: nil, mode: .unchosen, model: nil, isChecked: false, features: [])
        }
        let model = tree.text(of: tree.first("model", from: node)).flatMap { $0.isEmpty ? nil : $0 }
        let mode: CPUDefinition.Mode =
            switch tree.attribute("mode", of: node) {
            case nil, "custom"?:
                model == nil ? .unchosen : tree.attribute("match", of: node) == "minimum" ? .minimum : .custom
            case let name?: CPUDefinition.Mode(rawValue: name) ?? .other
            }
        let features = tree.children(of: node, named: "feature").compactMap { index -> CPUDefinition.Feature? in
            guard let name = tree.attribute("name", of: index), name == "vmx" || name == "svm" else { return nil }
            return CPUDefinition.Feature(
                node: index, name: name, policy: tree.attribute("policy", of: index) ?? "require")
        }
        return CPUDefinition(
            node: node, mode: mode, model: model, isChecked: tree.attribute("check", of: node) == "full",
            features: features)
    }
}
