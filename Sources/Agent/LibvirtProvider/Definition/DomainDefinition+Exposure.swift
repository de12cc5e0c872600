import NestingModel

extension DomainDefinition {
    /// Makes the guest see virtualization extensions at its next start, by the smallest edit that does.
    func expose(on host: HostVirtualization, in edit: inout XMLEdit) throws(EditFault) {
        let cpu = self.cpu
        let name = try extensionToExpose(cpu, host)
        let lines = cpu.features(name)
        if let first = lines.first {
            // A line that is on decides already.
            if lines.count == 1, first.policy == "require" || first.policy == "force" { return }
            try checkKVM(has: name, host)
            return setPolicy("require", of: lines, in: &edit)
        }
        if exposure(on: host).exposed.value == true { return }
        try checkKVM(has: name, host)
        let feature = "<feature policy='require' name='\(name)'/>"
        switch cpu.mode {
        case .hostPassthrough, .hostModel, .maximum, .custom, .minimum:
            guard let node = cpu.node else { return }
            edit.insert(feature, into: node)
        case .unchosen where engine.value == .kvm:
            if let node = cpu.node {
                edit.setAttribute("mode", of: node, to: "host-passthrough")
                for name in ["match", "check"] where tree.attribute(name, of: node) != nil {
                    edit.removeAttribute(name, of: node)
                }
            } else {
                try insertCPU("<cpu mode='host-passthrough'/>", in: &edit)
            }
        case .unchosen:
            let model = "<model fallback='forbid'>EPYC</model>"
            if let node = cpu.node {
                edit.setAttribute("mode", of: node, to: "custom")
                edit.insert(model + feature, into: node)
            } else {
                try insertCPU("<cpu mode='custom' match='exact' check='none'>\(model)\(feature)</cpu>", in: &edit)
            }
        case .other:
            throw EditFault("the CPU mode of the definition is not known", "choose host-passthrough or a named model")
        }
    }

    /// Hides them at the next start. Where the host's vendor is not known, both names are shut out.
    func hide(on host: HostVirtualization, in edit: inout XMLEdit) throws(EditFault) {
        guard isX86 else { throw EditFault("exposure can be changed for x86 guests only") }
        let cpu = self.cpu
        let names =
            engine.value == .kvm ? host.extension.map { [$0.rawValue] } ?? ["vmx", "svm"] : ["svm"]
        // What neither has it nor gets it from the host stays as it is.
        let isPlain = cpu.mode == .custom || cpu.mode == .unchosen
        var missing: [String] = []
        for name in names {
            let lines = cpu.features(name)
            if lines.isEmpty { missing.append(name) }
            if lines.count == 1, lines[0].policy == "forbid" { continue }
            setPolicy("disable", of: lines, in: &edit)
        }
        if missing.isEmpty || isPlain && cpu.features.isEmpty && exposure(on: host).exposed.value == false { return }
        let features = missing.map { "<feature policy='disable' name='\($0)'/>" }.joined()
        guard cpu.mode == .unchosen else {
            if let node = cpu.node { edit.insert(features, into: node) }
            return
        }
        // Features need a model: QEMU's own default, named.
        let model = "<model fallback='forbid'>qemu64</model>"
        if let node = cpu.node {
            edit.insert(model + features, into: node)
        } else {
            try insertCPU("<cpu mode='custom' match='exact' check='none'>\(model)\(features)</cpu>", in: &edit)
        }
    }

    /// Sets back what `after` changed against `before`, where this definition still has it.
    func undoExposure(before: DomainDefinition, after: DomainDefinition, in edit: inout XMLEdit) {
        let (old, new, now) = (before.cpu, after.cpu, self.cpu)
        guard let node = now.node else { return }
        if old.mode != new.mode, now.mode == new.mode {
            // A CPU that we chose, and to which nobody added anything, goes as a whole.
            let ours = { (definition: DomainDefinition) in
                definition.tree[definition.cpu.node ?? 0].children.map { definition.tree[$0].name }.sorted()
            }
            if ours(self) == ours(after), now.model == new.model, policies(now) == policies(new) {
                if let element = old.node {
                    edit.replace(tree[node].range, with: before.source(element))
                } else {
                    edit.remove(node)
                }
                return
            }
        }
        for name in ["vmx", "svm"] {
            let (was, became, present) = (old.features(name), new.features(name), now.features(name))
            guard was.map(\.policy) != became.map(\.policy), present.map(\.policy) == became.map(\.policy) else {
                continue
            }
            if let first = was.first {
                setPolicy(first.policy, of: present, in: &edit)
            } else if present.count == tree[node].children.count,
                old.node.map({ before.tree[$0].isSelfClosing }) == true
            {
                edit.close(node)
            } else {
                for line in present { edit.remove(line.node) }
            }
        }
    }

    /// A guest that requires what KVM can't give would not start again.
    private func checkKVM(has name: String, _ host: HostVirtualization) throws(EditFault) {
        guard engine.value == .kvm, host.passesThrough(name).value == false else { return }
        throw EditFault("the host's KVM has no \(name) to give", "turn nested on in the host's kvm module first")
    }

    private func policies(_ cpu: CPUDefinition) -> [String] { cpu.features.map { "\($0.name) \($0.policy)" } }

    private func source(_ index: Int) -> String { String(decoding: tree.bytes[tree[index].range], as: UTF8.self) }

    private func extensionToExpose(
        _ cpu: CPUDefinition, _ host: HostVirtualization
    ) throws(EditFault) -> String {
        guard isX86 else { throw EditFault("exposure can be changed for x86 guests only") }
        switch engine.value {
        case .kvm:
            guard let name = host.extension?.rawValue else {
                throw EditFault(
                    "which extension the host's CPU has is not known to libvirt", "see virsh capabilities")
            }
            return name
        case .qemu:
            if let model = cpu.model, CPUModels.isIntel(model) {
                throw EditFault(
                    "QEMU emulates no vmx, and no Linux uses svm on the Intel model \(printable(model.utf8))",
                    "choose an AMD model such as EPYC, or run the guest under kvm")
            }
            return "svm"
        default:
            throw EditFault(
                "exposure can be changed for kvm and qemu guests only, this is '\(printable(typeName.utf8))'")
        }
    }

    /// One line with the policy is left.
    private func setPolicy(_ policy: String, of lines: [CPUDefinition.Feature], in edit: inout XMLEdit) {
        guard let first = lines.first else { return }
        if first.policy != policy || tree.attribute("policy", of: first.node) == nil {
            edit.setAttribute("policy", of: first.node, to: policy)
        }
        for line in lines.dropFirst() { edit.remove(line.node) }
    }

    /// Where libvirt itself writes a CPU: behind the features, the operating system or the vCPUs.
    private func insertCPU(_ xml: String, in edit: inout XMLEdit) throws(EditFault) {
        guard let place = ["features", "os", "vcpu", "memory", "name"].lazy.compactMap({ self.tree.first($0) }).first
        else { throw EditFault("the definition has neither features nor os nor vcpu nor memory nor name") }
        edit.insert(xml, after: place)
    }
}
