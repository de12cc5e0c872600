import NestingModel

extension DomainDefinition {
    /// The text with the change in it, and nothing else different.
    func applying(_ change: GuestChange, on host: HostVirtualization) throws(EditFault) -> String {
        var edit = XMLEdit(tree)
        if change.dynamicMemory == true {
            throw EditFault("dynamic memory can only be turned off so far", "set <currentMemory> with virsh edit")
        }
        if change.startupMemory != nil || change.dynamicMemory != nil {
            try setMemory(
                startup: change.startupMemory, maximum: change.maximumMemory, fixed: change.dynamicMemory == false,
                in: &edit)
        }
        if let count = change.maximumVCPUs { try setMaximumVCPUs(count, in: &edit) }
        switch change.exposure {
        case true: try expose(on: host, in: &edit)
        case false: try hide(on: host, in: &edit)
        case nil: break
        }
        return edit.result
    }

    /// This definition with what `change` did to `before` set back, as far as it is still here.
    func undoing(_ change: GuestChange, before: DomainDefinition, on host: HostVirtualization) throws(XMLFault)
        -> String?
    {
        // The host may have lost since what the change took for granted; what was set then must still be found.
        for host in [host, host.whateverKVMGives] {
            let after: String
            do throws(EditFault) { after = try before.applying(change, on: host) } catch { continue }
            return undoing(before: before, after: try DomainDefinition(after))
        }
        // What could not be set is not there to be set back.
        return nil
    }

    /// This definition with those settings of `before` in it that `after` changed and that it still has from there.
    func undoing(before: DomainDefinition, after: DomainDefinition) -> String? {
        var edit = XMLEdit(tree)
        undoMemory(before: before, after: after, in: &edit)
        undoVCPUs(before: before, after: after, in: &edit)
        undoExposure(before: before, after: after, in: &edit)
        return edit.isEmpty ? nil : edit.result
    }
}

extension DomainDefinition {
    /// Why this running guest's definition does not show that it was started with the change; nil where it does.
    func fault(of change: GuestChange, configured: DomainDefinition, on host: HostVirtualization) -> String? {
        if let wanted = change.exposure {
            let verdict = exposure(on: host, live: true)
            let how = verdict.mechanism.value ?? ""
            switch verdict.exposed {
            case .known(wanted): break
            case .known(let is_): return "it runs with extensions \(is_ ? "exposed" : "hidden") (\(how))"
            case .absent, .unknown: return "whether it runs with extensions can't be told: \(verdict.exposed)"
            }
        }
        if change.startupMemory != nil || change.dynamicMemory != nil {
            guard maximumMemory == configured.maximumMemory else {
                return "it runs with at most \(text(maximumMemory)) bytes of memory, "
                    + "\(text(configured.maximumMemory)) are defined"
            }
            // The balloon may stand above its target while the guest starts, never below it by itself.
            if let present = startupMemory, let wanted = configured.startupMemory, present < wanted {
                return "it runs with \(present) bytes of memory, \(wanted) are defined"
            }
        }
        if let wanted = change.maximumVCPUs, maximumVCPUs != wanted {
            return "it runs with at most \(maximumVCPUs.map(String.init) ?? "unknown") vCPUs, \(wanted) are wanted"
        }
        return nil
    }

    private func text(_ bytes: Int64?) -> String { bytes.map(String.init) ?? "unknown" }
}
