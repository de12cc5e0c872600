import NestingModel

/// How a module is told to allow nesting, and what it does untold.
struct NestedSetting: Sendable, Equatable {
    enum Form: Sendable, Equatable {
        /// A parameter of the kind bool: a bare word sets it.
        case boolean
        /// A parameter of the kind int: a bare word is refused.
        case integer
        /// arm64's `kvm-arm.mode=` on the kernel command line.
        case commandLineMode
        case none
    }

    let module: String
    let form: Form

    init(module: String, shape: CPUInfo.Shape) {
        self.module = module
        switch (module, shape) {
        case ("kvm_intel", _), ("kvm_hv", _): form = .boolean
        case ("kvm_amd", _), ("kvm", .s390x): form = .integer
        case ("kvm", .arm): form = .commandLineMode
        default: form = .none
        }
    }

    /// The value that the module takes untold [Linux: arch/x86/kvm, arch/s390/kvm, arch/powerpc/kvm].
    func kernelDefault(release: Fact<String>) -> Fact<Bool> {
        switch module {
        case "kvm_amd": return .known(true)
        case "kvm" where form == .integer: return .known(false)
        case "kvm_hv": return .known(true)
        case "kvm_intel":
            guard let release = release.value, let version = Self.version(ofRelease: release) else {
                return .unknown("nothing sets it, and the kernel's release, on which the default depends, is not known")
            }
            if version >= (4, 20) { return .known(true) }
            // Red Hat turned it on in its 4.18.
            if release.contains(".el") {
                return .unknown("nothing sets it, and the default of this distribution's kernel is not known")
            }
            return .known(false)
        default: return .unknown("\(module) has no setting for nesting that this agent knows")
        }
    }

    static func version(ofRelease release: String) -> (Int, Int)? {
        let numbers = release.split(whereSeparator: { $0 == "." || $0 == "-" || $0 == "+" }).prefix(2).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }

    /// A setting's word as the module would take it; unknown where it would refuse to load with it.
    func reading(_ word: String?, at place: String) -> Fact<Bool> {
        switch form {
        case .boolean:
            guard let word else { return .known(true) }
            if let value = ParameterValue.bool(word) { return .known(value) }
        case .integer:
            if let word, let value = ParameterValue.integer(word) { return .known(value) }
        case .commandLineMode, .none: break
        }
        let shown = word.map { "nested=\(HostText.quoted($0))" } ?? "nested without a value"
        return .unknown("\(place) says \(shown), with which \(module) does not load")
    }
}
