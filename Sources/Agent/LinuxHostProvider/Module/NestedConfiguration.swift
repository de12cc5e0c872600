import NestingModel

/// What will hold after the module's next load, and the place that decides.
struct NestedConfiguration: Sendable, Equatable {
    var value: Fact<Bool>
    var decidedBy: Fact<String>

    /// - Parameters:
    ///   - state: modprobe.d does not apply to what is built in.
    ///   - commandLine: of the running kernel; the next boot's may differ.
    static func decide(
        _ setting: NestedSetting, state: Fact<ModuleState>, modprobe: ModprobeConfiguration,
        commandLine: Fact<KernelCommandLine>, release: Fact<String>
    ) -> NestedConfiguration {
        if setting.form == .commandLineMode { return mode(commandLine) }
        if setting.form == .none {
            return unknown("\(setting.module) has no setting for nesting that this agent knows")
        }
        let isBuiltin = state == .known(.builtin)
        var notes: [String] = []
        if !isBuiltin {
            if let install = modprobe.first(.install, setting.module) {
                let place = HostText.quoted(install.place, limit: 200)
                return unknown("an install command at \(place) decides how \(setting.module) loads")
            }
            if let place = modprobe.first(.blacklist, setting.module)?.place {
                notes.append("blacklisted at \(HostText.quoted(place, limit: 200))")
            }
            if let place = commandLine.value?.blocks(setting.module) { notes.append("blacklisted by \(place)") }
        }
        if let word = commandLine.value?.setting(setting.module, "nested") {
            return decided(setting.reading(word, at: "the kernel command line"), by: "kernel command line", notes)
        }
        if commandLine.value == nil { notes.append("the kernel command line could not be read") }
        if !isBuiltin {
            if let (word, place) = modprobe.setting(setting.module, "nested"), modprobe.faults.isEmpty {
                let place = HostText.quoted(place, limit: 200)
                return decided(setting.reading(word, at: place), by: place, notes)
            }
            if let fault = modprobe.faults.first {
                return unknown("it may be set where the agent can't read: \(fault)")
            }
            if !modprobe.isComplete { return unknown("modprobe.d is not in the copied tree") }
        }
        guard commandLine.value != nil else {
            return unknown("nothing else sets it, and the kernel command line could not be read")
        }
        return decided(setting.kernelDefault(release: release), by: "kernel default", notes)
    }

    private static func mode(_ commandLine: Fact<KernelCommandLine>) -> NestedConfiguration {
        guard let line = commandLine.value else {
            return unknown(commandLine.reason ?? "/proc/cmdline is not there")
        }
        let mode = line.setting("kvm_arm", "mode") ?? nil
        return NestedConfiguration(
            value: .known(mode == "nested"), decidedBy: .known(mode == nil ? "kernel default" : "kernel command line"))
    }

    private static func decided(_ value: Fact<Bool>, by place: String, _ notes: [String]) -> NestedConfiguration {
        let notes = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        return NestedConfiguration(
            value: value, decidedBy: value.isUnknown ? value.map { _ in "" } : .known(place + notes))
    }

    private static func unknown(_ reason: String) -> NestedConfiguration {
        NestedConfiguration(value: .unknown(reason), decidedBy: .unknown(reason))
    }
}
