package import NestingModel

extension LinuxHostProvider {
    package func cpu() -> CPUFacts {
        let info = cpuInfo()
        let topology = CPUTopology.read(info, tree)
        let signs = extensionSigns(ModuleSigns(reading: tree))
        return CPUFacts(
            vendor: info.flatMap { $0.vendor() }, model: info.flatMap { $0.model() }, sockets: topology.sockets,
            cores: topology.cores, threads: topology.threads,
            extension: info.flatMap { $0.virtualizationExtension(signs) },
            secondLevelPaging: info.flatMap { $0.secondLevelPaging(signs) }, runsUnder: verdict().runsUnder)
    }
}

extension Fact {
    func flatMap<Other>(_ transform: (Value) -> Fact<Other>) -> Fact<Other> {
        switch self {
        case .known(let value): transform(value)
        case .absent: .absent
        case .unknown(let reason): .unknown(reason)
        }
    }
}
