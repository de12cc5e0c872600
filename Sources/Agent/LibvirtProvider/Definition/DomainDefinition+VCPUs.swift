import NestingModel

extension DomainDefinition {
    /// The bound on counts: far above any machine, far below an overflow.
    private static let countLimit = 1 << 20

    private var vcpuNode: Int? { tree.first("vcpu") }

    var maximumVCPUs: Int? {
        guard let vcpuNode else { return 1 }
        return count(tree.text(of: vcpuNode))
    }

    /// As the attribute says; nil where it is not there.
    var currentVCPUs: Int? { count(tree.attribute("current", of: vcpuNode)) }

    var vcpus: VCPUFacts {
        guard let maximum = maximumVCPUs else {
            let reason = "<vcpu> is no count: '\(printable((tree.text(of: vcpuNode) ?? "").utf8.prefix(40)))'"
            return VCPUFacts(current: .unknown(reason), maximum: .unknown(reason))
        }
        guard let written = tree.attribute("current", of: vcpuNode) else {
            return VCPUFacts(current: .known(maximum), maximum: .known(maximum))
        }
        let current = count(written).map { Fact<Int>.known($0) }
        return VCPUFacts(
            current: current ?? .unknown("vcpu's current is no count: '\(printable(written.utf8.prefix(40)))'"),
            maximum: .known(maximum))
    }

    private func count(_ text: String?) -> Int? {
        guard let text, let value = Int(text), value > 0, value <= DomainDefinition.countLimit else { return nil }
        return value
    }

    // MARK: Edits

    /// Sets the maximum; the current count only follows where it would lie above, the sockets where they must.
    func setMaximumVCPUs(_ wanted: Int, in edit: inout XMLEdit) throws(EditFault) {
        guard wanted > 0, wanted <= DomainDefinition.countLimit else {
            throw EditFault("\(wanted) is no count of vCPUs")
        }
        guard let maximum = maximumVCPUs else {
            throw EditFault("the present count of vCPUs can't be read", "correct <vcpu> with virsh edit")
        }
        guard maximum != wanted else { return }
        if let list = tree.first("vcpus"), !tree.children(of: list, named: "vcpu").isEmpty {
            throw EditFault(
                "the definition lists its \(maximum) vCPUs one by one in <vcpus>, so that \(wanted) can't be set",
                "change <vcpu> and <vcpus> together with virsh edit")
        }
        if hasNUMACells {
            throw EditFault(
                "the definition deals its \(maximum) vCPUs out to NUMA cells, so that \(wanted) can't be set",
                "change <vcpu> and the cells' cpus together with virsh edit")
        }
        if let topology = tree.first("cpu", "topology") {
            let perSocket = ["dies", "clusters", "cores", "threads"].reduce(1) { product, name in
                min(product * max(count(tree.attribute(name, of: topology)) ?? 1, 1), DomainDefinition.countLimit)
            }
            guard wanted % perSocket == 0 else {
                throw EditFault(
                    "\(wanted) vCPUs do not fill sockets of \(perSocket), which <topology> fixes",
                    "ask for a multiple of \(perSocket)")
            }
            edit.setAttribute("sockets", of: topology, to: "\(wanted / perSocket)")
        }
        guard let vcpuNode else {
            guard let memory = tree.first("currentMemory") ?? tree.first("memory") ?? tree.first("name") else {
                throw EditFault("the definition has neither vCPUs nor memory nor name")
            }
            return edit.insert("<vcpu>\(wanted)</vcpu>", after: memory)
        }
        edit.setText(of: vcpuNode, to: "\(wanted)")
        if let current = currentVCPUs, current > wanted {
            edit.setAttribute("current", of: vcpuNode, to: "\(wanted)")
        }
    }

    /// Sets back what `after` changed against `before`, where this definition still has it.
    func undoVCPUs(before: DomainDefinition, after: DomainDefinition, in edit: inout XMLEdit) {
        guard let old = before.maximumVCPUs, let new = after.maximumVCPUs, old != new, maximumVCPUs == new, let vcpuNode
        else { return }
        edit.setText(of: vcpuNode, to: "\(old)")
        if before.currentVCPUs != after.currentVCPUs, currentVCPUs ?? new == after.currentVCPUs ?? new {
            edit.setAttribute("current", of: vcpuNode, to: "\(before.currentVCPUs ?? old)")
        } else if let current = currentVCPUs, current > old {
            edit.setAttribute("current", of: vcpuNode, to: "\(old)")
        }
        let sockets = { (definition: DomainDefinition) in
            definition.tree.attribute("sockets", of: definition.tree.first("cpu", "topology"))
        }
        if let topology = tree.first("cpu", "topology"), let first = sockets(before), sockets(self) == sockets(after) {
            edit.setAttribute("sockets", of: topology, to: first)
        }
    }
}
