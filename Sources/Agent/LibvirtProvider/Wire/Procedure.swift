/// The calls that are used, by their numbers in libvirt's src/remote/remote_protocol.x. All are old ones: what an
/// older client knows keeps working on newer daemons.
enum Procedure: Int32 {
    case connectOpen = 1
    case connectGetCapabilities = 7
    case domainGetXMLDesc = 14
    case domainLookupByUUID = 24
    case authList = 66
    case authPolkit = 70
    case connectGetLibVersion = 157
    case domainHasManagedSave = 183
    case domainManagedSaveRemove = 184
    case domainSnapshotNum = 187
    case domainCreateWithFlags = 196
    case domainGetState = 212
    case domainDestroyFlags = 234
    case domainShutdownFlags = 258
    case connectListAllDomains = 273
    case connectGetDomainCapabilities = 342
    case connectGetAllDomainStats = 344
    case domainDefineXMLFlags = 350
}
