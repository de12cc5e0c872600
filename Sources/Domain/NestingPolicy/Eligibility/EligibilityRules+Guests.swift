import NestingModel

extension EligibilityRules {
    private static let hyperVDocuments = "Microsoft, Run Hyper-V in a virtual machine with nested virtualization"

    /// Each says something only of guests that it has something to say of.
    static let guests: [EligibilityRule] = [
        EligibilityRule(
            "guest.exposure", "exposure can be told", severity: .low, source: "libvirt, domain capabilities",
            judge: each { guest, _ in
                guest.exposure.configured.reason.map { .unknown("whether extensions are exposed", $0) }
            }),
        EligibilityRule(
            "guest.restart", "runs with its present definition", severity: .medium,
            source: "libvirt, live and inactive XML", judge: each(restart)),
        EligibilityRule(
            "guest.dynamic-memory", "fixed memory where nesting is exposed", severity: .medium,
            source: hyperVDocuments, judge: each(dynamicMemory)),
        EligibilityRule(
            "guest.memory", "4 GiB where nesting is exposed", severity: .low, source: hyperVDocuments,
            judge: each(memory)),
        EligibilityRule(
            "guest.mac-filter", "frames of inner guests may leave", severity: .low,
            source: "libvirt, network filters; \(hyperVDocuments)", judge: each(macFilter)),
        EligibilityRule(
            "guest.saved-state", "no saved state with an old CPU", severity: .low, source: "libvirt, managed save",
            judge: each(savedState)),
        EligibilityRule(
            "guest.migration", "live migration while nesting is in use", platform: .linux, severity: .medium,
            source: kernelDocuments, judge: each(migration)),
    ]

    private typealias GuestJudge = @Sendable (GuestReport, HostReport) -> Judgement?

    private static func each(_ judge: @escaping GuestJudge) -> @Sendable (HostReport) -> [Judgement] {
        { report in
            (report.guests.value ?? []).compactMap { guest in
                guard var judgement = judge(guest, report) else { return nil }
                judgement.guest = guest.name
                judgement.sentence = "\(guest.name): \(judgement.sentence)"
                return judgement
            }
        }
    }

    private static func isHyperV(_ guest: GuestReport) -> Bool { guest.engine.value == .hyperv }

    private static let restart: GuestJudge = { guest, _ in
        guard let configured = guest.exposure.configured.value, let live = guest.exposure.live.value, configured != live
        else { return nil }
        return Judgement(
            .warn,
            "extensions are \(Setting.exposed(configured)) by definition, and \(Setting.exposed(live)) while it runs",
            remedy: "shut it down and start it (a reboot inside is not enough)")
    }

    private static let dynamicMemory: GuestJudge = { guest, _ in
        guard guest.isExposed, guest.memory.dynamic.value == true else { return nil }
        return isHyperV(guest)
            ? Judgement(
                .warn,
                "dynamic memory is on: its size stays fixed while a hypervisor runs inside, and old hosts refuse",
                remedy: "switch dynamic memory off")
            : Judgement(
                .info, "its balloon is below its maximum: memory taken from it is taken from its own guests",
                remedy: "make the current memory equal the maximum")
    }

    private static let memory: GuestJudge = { guest, _ in
        guard guest.isExposed, let startup = guest.memory.startup.value, startup < 4 << 30 else { return nil }
        return Judgement(
            isHyperV(guest) ? .warn : .info, "it has \(Setting.size(startup)): inner guests may fail to start",
            remedy: "give it 4 GiB or more")
    }

    private static let macFilter: GuestJudge = { guest, _ in
        guard guest.isExposed, let interfaces = guest.interfaces.value else { return nil }
        let bridged: Set = ["bridge", "direct", "network", "switch"]
        let filtered = interfaces.first {
            $0.macSpoofing.value == false && $0.kind.value.map(bridged.contains) ?? true
        }
        guard let filtered else { return nil }
        let cause = filtered.macSpoofingBy.value.map { " by \($0)" } ?? ""
        return Judgement(
            .warn,
            "\(filtered.mac.value ?? "an interface") drops frames of other senders\(cause): inner guests on a bridge "
                + "are cut off",
            remedy: "use NAT inside, which needs nothing, or take the filter off")
    }

    private static let savedState: GuestJudge = { guest, _ in
        guard guest.savedState.value == true || guest.state == .saved else { return nil }
        return Judgement(
            .info, "a saved state waits: until it is gone, a changed CPU does not apply",
            remedy: "start the guest from it and shut it down, or drop it")
    }

    private static let migration: GuestJudge = { guest, report in
        guard guest.isExposed, guest.engine.value == .kvm else { return nil }
        let use = guest.exposure.inUse.value == true ? "nesting is in use" : "nesting is exposed"
        switch report.cpu.vendor.value {
        case .amd?, .hygon?:
            return Judgement(
                .warn, "\(use): live migration with running inner guests is undefined on AMD, and can panic the host",
                remedy: "shut the inner guests down before a migration")
        case .intel?:
            return Judgement(
                .info, "\(use): live migration with running inner guests needs Linux 5.3 and QEMU 4.2 on both sides")
        default: return Judgement(.unknown, "\(use): how live migration behaves on this processor is not documented")
        }
    }
}
