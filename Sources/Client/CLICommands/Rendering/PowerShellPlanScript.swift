import ControllerAPI
import FoundationEssentials
import NestingModel

/// A plan as a PowerShell script that a change board can read, and that somebody on a Windows machine can run by hand
/// without Nestor: one item after another, each asked for. Hosts with KVM are reached by ssh, those with Hyper-V by
/// Hyper-V's own module.
struct PowerShellPlanScript {
    private let answer: PlanAnswer
    private let places: [NodePath: Place]

    /// How one host is reached.
    private struct Place {
        var variable: String
        var isHyperV: Bool
        /// Of the assignment.
        var value: String
    }

    /// - Parameter hosts: all that the plan touches.
    /// - Throws: for a hypervisor that no script can be written for, and where a name or uuid is not what its kind looks
    ///   like: it would be a part of a command on the host.
    init(_ answer: PlanAnswer, hosts: [NodePath: HostView]) throws(CLIFailure) {
        self.answer = answer
        var places: [NodePath: Place] = [:]
        for (number, path) in answer.plan.usedHosts.enumerated() {
            places[path] = try Self.place(path, hosts[path], "$Place\(number + 1)")
        }
        self.places = places
        for uuid in answer.plan.items.flatMap({ [$0.uuid] + $0.drains.flatMap(\.guests) })
        where !PowerShellText.isUUID(uuid) {
            throw CLIFailure(
                ExitCode.failed, "'\(plain(uuid))' is no uuid, and can't be a part of a script",
                remedy: "look at that guest on its host (nestor plan shows which), then export again")
        }
    }

    private static func place(
        _ path: NodePath, _ view: HostView?, _ variable: String
    ) throws(CLIFailure) -> Place {
        let hypervisor = view?.report?.hypervisor
        let isHyperV = view?.hasHyperV == true
        // libvirt runs guests where there is no hypervisor in the CPU, too.
        guard let host = view?.host, isHyperV || hypervisor?.manager.value?.name == "libvirt" else {
            let known = hypervisor?.kind.value?.rawValue ?? "not known"
            throw CLIFailure(
                ExitCode.failed,
                "no script can be written for \(plain("\(path)")): its hypervisor is \(known), without libvirt",
                remedy: "name other places: nestor plan PATH --export ps1")
        }
        for word in [host.address, host.user] where !PowerShellText.isWord(word) {
            throw CLIFailure(
                ExitCode.failed, "'\(plain(word))' of \(plain("\(path)")) can't be a part of a script",
                remedy: "give it another address or user: nestor fleet apply -f FILE")
        }
        let value =
            isHyperV
            ? PowerShellText.quoted(host.address)
            : "@{ Target = \(PowerShellText.quoted("\(host.user)@\(host.address)")); Port = \(host.port) }"
        return Place(variable: variable, isHyperV: isHyperV, value: value)
    }

    var text: String {
        let kinds = Set(places.values.map(\.isHyperV))
        var lines = PowerShellFunctions.head(needsHyperV: kinds.contains(true), needsSSH: kinds.contains(false))
        lines.append(
            "# Made at \(answer.plan.madeAt.formatted(.iso8601)), digest \(PowerShellText.ascii(answer.digest)).")
        for freeze in answer.standingFreezes { lines.append("# ATTENTION: \(PowerShellText.ascii(freeze.sentence))") }
        for wait in answer.waiting ?? [] {
            lines.append(
                "# ATTENTION: \(PowerShellText.ascii("\(wait.path) \(wait.sentence)"))"
                    + (wait.until.map { ", until \($0.formatted(.iso8601))" } ?? ""))
        }
        lines += ["", "Set-StrictMode -Version 2", "$ErrorActionPreference = 'Stop'"]
        if !places.isEmpty { lines += ["", "# How the hosts are reached from here; correct what is not so."] }
        for (path, place) in places.sorted(by: { $0.key < $1.key }) {
            let above = path.parent.map {
                ": a guest of \(PowerShellText.ascii("\($0)")), whose address is as that host sees it"
                    + (place.isHyperV ? "" : " (ProxyJump in ssh_config leads there)")
            }
            lines.append("# \(PowerShellText.ascii("\(path)"))\(above ?? "")")
            lines.append("\(place.variable) = \(place.value)")
        }
        lines += ["", PowerShellFunctions.common]
        if kinds.contains(false) { lines += ["", PowerShellFunctions.libvirt] }
        if kinds.contains(true) { lines += ["", PowerShellFunctions.hyperV] }
        lines += ["", "try {"]
        for (number, item) in answer.plan.items.enumerated() { lines += self.item(item, number + 1) }
        if answer.plan.items.isEmpty { lines.append("    Write-Host 'nothing to correct'") }
        lines += ["} finally {", "    Show-Down", "}"]
        for block in answer.plan.blocked {
            lines.append("# Not in the plan: \(PowerShellText.ascii("\(block.path): \(block.sentence)"))")
        }
        return lines.joined(separator: "\n")
    }

    private func item(_ item: PlanItem, _ number: Int) -> [String] {
        let title = "\(item.path): \(changeText(item.change))"
        var lines = [
            "    # \(number). \(PowerShellText.ascii(title))",
            "    #    wanted by: \(PowerShellText.ascii(item.policies.joined(separator: ", ")))",
            "    #    disruption: \(item.disruption)\(item.nestingInUse == true ? ", nesting is in use" : "")",
            "    #    blast radius: \(PowerShellText.ascii(blastRadius(item)))",
            "    #    definition then: \(PowerShellText.ascii(item.definitionDigest))",
        ]
        lines += item.steps.enumerated().map { "    #    \($0 + 1)) \(PowerShellText.ascii($1))" }
        lines.append("    if (Confirm-Item \(PowerShellText.quoted(title))) {")
        let runs = item.disruption == .guestRestart
        for drain in item.drains { lines += drain.guests.map { order("Stop", drain.host, $0, item.rules) } }
        lines.append(order("Save", item.host, item.uuid))
        let stop = runs ? [order("Stop", item.host, item.uuid, item.rules)] : []
        let changes = change(item).map { "        " + $0 }
        // libvirt takes a definition while the guest runs, and so refuses a wrong one before anything is down;
        // Hyper-V changes these settings of a guest that is off alone.
        lines += places[item.host]?.isHyperV == true ? stop + changes : changes + stop
        if runs {
            lines.append(order("Start", item.host, item.uuid))
            lines.append(
                item.verifyInside == nil
                    ? "        Write-Host 'look whether it runs as it should'"
                    : "        Write-Host 'look inside: whether it sees svm or vmx, and whether its guests can start'")
        } else {
            lines.append("        # It is off and stays off: its next start has the change.")
        }
        for drain in item.drains.reversed() {
            let noun = places[drain.host]?.isHyperV == true ? "HyperVHost" : "LibvirtHost"
            lines.append("        Wait-\(noun) \(places[drain.host]?.variable ?? "") 600")
            lines += drain.guests.map { order("Start", drain.host, $0) }
        }
        return lines + ["    }"]
    }

    private func order(_ verb: String, _ host: NodePath, _ uuid: String, _ rules: DisruptionRules? = nil) -> String {
        let noun = places[host]?.isHyperV == true ? "HyperVGuest" : "LibvirtGuest"
        let seconds = rules.map { " \($0.shutdownSeconds)" } ?? ""
        return "        \(verb)-\(noun) \(places[host]?.variable ?? "") \(PowerShellText.quoted(uuid))\(seconds)"
    }

    private func change(_ item: PlanItem) -> [String] {
        let place = places[item.host]
        let target = "\(place?.variable ?? "") \(PowerShellText.quoted(item.uuid))"
        let change = item.change
        var lines: [String] = []
        guard place?.isHyperV == true else {
            if let memory = change.startupMemory {
                lines.append("Set-LibvirtMemory \(target) \((memory + 1023) / 1024)")
            }
            if change.dynamicMemory == false { lines.append("Set-LibvirtFixedMemory \(target)") }
            if let count = change.maximumVCPUs {
                let words = "'setvcpus', \(PowerShellText.quoted(item.uuid)), \(count), '--maximum', '--config'"
                lines.append("Invoke-Virsh \(place?.variable ?? "") @(\(words)) | Out-Null")
            }
            if let exposure = change.exposure {
                lines.append("Edit-LibvirtProcessor \(target) '\(exposure ? "require" : "disable")'")
            }
            return lines
        }
        // Some saw the extensions go back where the memory was made fixed after them.
        if change.dynamicMemory == false { lines.append("Set-HyperVFixedMemory \(target)") }
        if let memory = change.startupMemory {
            let step: Int64 = 2 << 20  // Hyper-V counts in steps of 2 MB
            lines.append("Set-HyperVMemory \(target) \((memory + step - 1) / step * step)")
        }
        if let count = change.maximumVCPUs { lines.append("Set-HyperVProcessorCount \(target) \(count)") }
        if let exposure = change.exposure {
            lines.append("Set-HyperVExposure \(target) $\(exposure ? "true" : "false")")
        }
        return lines
    }
}

extension Plan {
    /// Hosts on which a step of it runs.
    var usedHosts: [NodePath] { Set(items.flatMap { [$0.host] + $0.drains.map(\.host) }).sorted() }
}

extension HostView {
    var hasHyperV: Bool {
        report?.hypervisor.kind.value == .hyperv || report?.hypervisor.manager.value?.name == "hyperv"
    }
}
