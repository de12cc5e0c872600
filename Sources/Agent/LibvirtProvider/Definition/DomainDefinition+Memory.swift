import NestingModel

extension DomainDefinition {
    /// `<memory>` in bytes, in whole KiB.
    var maximumMemory: Int64? { size(tree.first("memory")) }
    /// `<currentMemory>` in bytes; nil where it is missing or no size.
    var currentMemory: Int64? { size(tree.first("currentMemory")) }
    /// What it starts with: libvirt takes the maximum where no current memory is written, or more than the maximum.
    var startupMemory: Int64? {
        guard let maximumMemory else { return nil }
        guard tree.first("currentMemory") != nil else { return maximumMemory }
        return currentMemory.map { min($0, maximumMemory) }
    }

    var memory: MemoryFacts {
        guard let maximum = maximumMemory, let startup = startupMemory else {
            let reason = "<memory> or <currentMemory> is no size with a unit that libvirt has"
            return MemoryFacts(
                startup: .unknown(reason), minimum: .absent, maximum: .unknown(reason), dynamic: .unknown(reason))
        }
        return MemoryFacts(
            startup: .known(startup), minimum: .absent, maximum: .known(maximum), dynamic: .known(startup < maximum))
    }

    /// Whether memory and vCPUs are dealt out to NUMA cells.
    var hasNUMACells: Bool {
        guard let numa = tree.first("cpu", "numa") else { return false }
        return !tree.children(of: numa, named: "cell").isEmpty
    }

    private func size(_ index: Int?) -> Int64? {
        guard let text = tree.text(of: index), let number = Int64(text), number >= 0,
            let unit = MemoryUnit.bytes(tree.attribute("unit", of: index))
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : MemoryUnit.wholeKiB(bytes)
    }

    // MARK: Edits

    /// - Parameters:
    ///   - startup: in bytes; nil leaves it as it is.
    ///   - maximum: in bytes, no less than `startup`; nil raises it only where it must.
    ///   - fixed: whether the maximum becomes the startup memory.
    func setMemory(startup: Int64?, maximum asked: Int64? = nil, fixed: Bool, in edit: inout XMLEdit) throws(EditFault)
    {
        guard let maximum = maximumMemory, let present = startupMemory else {
            throw EditFault("the present memory can't be read", "correct <memory> with virsh edit")
        }
        guard startup ?? 1 > 0, startup ?? 1 < 1 << 60 else { throw EditFault("\(startup ?? 0) bytes is no memory") }
        let wanted = startup.map(MemoryUnit.wholeKiB)
        let newStartup = fixed ? max(wanted ?? present, present) : wanted ?? present
        let newMaximum = fixed ? newStartup : max(asked.map(MemoryUnit.wholeKiB) ?? maximum, newStartup)
        if newMaximum != maximum {
            if hasNUMACells {
                throw EditFault(
                    "the definition deals its \(maximum) bytes of memory out to NUMA cells, so that \(newMaximum) "
                        + "can't be set", "change <memory> and the cells' memory together with virsh edit")
            }
            if let node = tree.first("maxMemory"), let limit = size(node), newMaximum > limit {
                throw EditFault(
                    "\(newMaximum) bytes of memory are above the \(limit) of <maxMemory>",
                    "raise <maxMemory> with virsh edit")
            }
            guard let node = tree.first("memory") else { throw EditFault("the definition has no <memory>") }
            setSize(of: node, to: newMaximum, in: &edit)
        }
        if let node = tree.first("currentMemory") {
            if currentMemory != newStartup { setSize(of: node, to: newStartup, in: &edit) }
        } else if newStartup != newMaximum, let node = tree.first("memory") {
            edit.insert("<currentMemory unit='KiB'>\(newStartup >> 10)</currentMemory>", after: node)
        }
    }

    /// Sets back what `after` changed against `before`, where this definition still has it.
    func undoMemory(before: DomainDefinition, after: DomainDefinition, in edit: inout XMLEdit) {
        guard let oldMaximum = before.maximumMemory, let newMaximum = after.maximumMemory, let maximum = maximumMemory,
            let oldStartup = before.startupMemory, let newStartup = after.startupMemory, let startup = startupMemory
        else { return }
        let startupIsOurs = oldStartup != newStartup && startup == newStartup
        let wantedStartup = startupIsOurs ? oldStartup : startup
        // Another's startup memory above the old maximum keeps the new one.
        let maximumIsOurs = oldMaximum != newMaximum && maximum == newMaximum && wantedStartup <= oldMaximum
        if maximumIsOurs, let node = tree.first("memory") { setSize(of: node, to: oldMaximum, in: &edit) }
        let nowMaximum = maximumIsOurs ? oldMaximum : maximum
        if let node = tree.first("currentMemory") {
            if wantedStartup != currentMemory { setSize(of: node, to: wantedStartup, in: &edit) }
        } else if wantedStartup != nowMaximum, let node = tree.first("memory") {
            edit.insert("<currentMemory unit='KiB'>\(wantedStartup >> 10)</currentMemory>", after: node)
        }
    }

    /// Keeps the written unit where the size is a whole number of it.
    private func setSize(of index: Int, to bytes: Int64, in edit: inout XMLEdit) {
        if let unit = MemoryUnit.bytes(tree.attribute("unit", of: index)), bytes % unit == 0 {
            edit.setText(of: index, to: "\(bytes / unit)")
        } else {
            edit.setAttribute("unit", of: index, to: "KiB")
            edit.setText(of: index, to: "\(bytes >> 10)")
        }
    }
}
