#Requires -Version 5.1
# A plan of Nestor's, to be read and run by hand where Nestor may not.
# Nothing here looks whether the fleet still is as it was then: make a new one where that is long ago.
# Each guest is asked for before it is touched. It needs Windows PowerShell 5.1 or PowerShell 7; the Hyper-V module, run as one of the Hyper-V administrators.
# Made at 1970-01-01T00:00:00Z, digest sha256:d.

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# How the hosts are reached from here; correct what is not so.
# rack7
$Place1 = '10.0.0.7'
# rack7/build-l1: a guest of rack7, whose address is as that host sees it
$Place2 = '10.0.0.7'

$Folder = Join-Path $HOME ('nestor-plan.' + [guid]::NewGuid().ToString('N'))
New-Item -ItemType Directory -Path $Folder | Out-Null
Write-Host "the settings as they were are kept in $Folder"
$Down = New-Object System.Collections.ArrayList

function Confirm-Item($What) { (Read-Host "${What}? [y/N]") -ceq 'y' }

function Show-Down {
    foreach ($One in $Down) { Write-Warning "STILL OFF, start by hand: $One" }
}

function Get-HyperVGuest($Place, $Id) { Get-VM -ComputerName $Place -Id $Id }

# Asks it to shut down, and never cuts its power. 3 is off, in every language.
function Stop-HyperVGuest($Place, $Id, $Seconds) {
    $Job = Stop-VM -VM (Get-HyperVGuest $Place $Id) -AsJob
    $Down.Add("Start-VM -VM (Get-VM -ComputerName $Place -Id $Id)") | Out-Null
    $End = (Get-Date).AddSeconds($Seconds)
    while ([int](Get-HyperVGuest $Place $Id).State -ne 3) {
        if ($Job.State -eq 'Failed') { Receive-Job -Job $Job }
        if ((Get-Date) -ge $End) { throw "$Id did not shut down within $Seconds s" }
        Start-Sleep -Seconds 1
    }
}

function Start-HyperVGuest($Place, $Id) {
    Start-VM -VM (Get-HyperVGuest $Place $Id)
    $Down.Remove("Start-VM -VM (Get-VM -ComputerName $Place -Id $Id)")
}

# A host that was restarted itself takes a while.
function Wait-HyperVHost($Place, $Seconds) {
    $End = (Get-Date).AddSeconds($Seconds)
    while ($true) {
        try {
            Get-VMHost -ComputerName $Place | Out-Null
            return
        } catch {
            if ((Get-Date) -ge $End) { throw }
            Start-Sleep -Seconds 5
        }
    }
}

function Save-HyperVGuest($Place, $Id) {
    $Guest = Get-HyperVGuest $Place $Id
    $Guest, (Get-VMProcessor -VM $Guest), (Get-VMMemory -VM $Guest) |
        Export-Clixml -Path (Join-Path $Folder "$Id.before.xml")
}

# Each setting is read again, since some were seen to go back.
function Set-HyperVFixedMemory($Place, $Id) {
    Set-VMMemory -VM (Get-HyperVGuest $Place $Id) -DynamicMemoryEnabled $false
    if ((Get-VMMemory -VM (Get-HyperVGuest $Place $Id)).DynamicMemoryEnabled) { throw "$Id keeps dynamic memory" }
}

function Set-HyperVMemory($Place, $Id, $Bytes) {
    Set-VMMemory -VM (Get-HyperVGuest $Place $Id) -StartupBytes $Bytes
    if ((Get-VMMemory -VM (Get-HyperVGuest $Place $Id)).Startup -lt $Bytes) { throw "$Id keeps its memory" }
}

function Set-HyperVProcessorCount($Place, $Id, $Count) {
    Set-VMProcessor -VM (Get-HyperVGuest $Place $Id) -Count $Count
    if ((Get-VMProcessor -VM (Get-HyperVGuest $Place $Id)).Count -ne $Count) { throw "$Id keeps its vCPUs" }
}

function Set-HyperVExposure($Place, $Id, $Exposed) {
    Set-VMProcessor -VM (Get-HyperVGuest $Place $Id) -ExposeVirtualizationExtensions $Exposed
    $Now = (Get-VMProcessor -VM (Get-HyperVGuest $Place $Id)).ExposeVirtualizationExtensions
    if ($Now -ne $Exposed) { throw "$Id keeps its extensions as they were" }
}

try {
    # 1. rack7/build-l1: expose nesting, startup memory 4 GiB, maximum vCPUs 4, dynamic memory off
    #    wanted by: builders
    #    disruption: guest-restart, nesting is in use
    #    blast radius: the guest itself, rack7/build-l1/inner
    #    definition then: sha256:1
    #    1) stop 1 guest
    #    2) build-l1
    if (Confirm-Item 'rack7/build-l1: expose nesting, startup memory 4 GiB, maximum vCPUs 4, dynamic memory off') {
        Stop-HyperVGuest $Place2 '00000000-0000-4000-8000-0000000000b1' 120
        Save-HyperVGuest $Place1 '00000000-0000-4000-8000-0000000000a1'
        Stop-HyperVGuest $Place1 '00000000-0000-4000-8000-0000000000a1' 120
        Set-HyperVFixedMemory $Place1 '00000000-0000-4000-8000-0000000000a1'
        Set-HyperVMemory $Place1 '00000000-0000-4000-8000-0000000000a1' 4294967296
        Set-HyperVProcessorCount $Place1 '00000000-0000-4000-8000-0000000000a1' 4
        Set-HyperVExposure $Place1 '00000000-0000-4000-8000-0000000000a1' $true
        Start-HyperVGuest $Place1 '00000000-0000-4000-8000-0000000000a1'
        Write-Host 'look inside: whether it sees svm or vmx, and whether its guests can start'
        Wait-HyperVHost $Place2 600
        Start-HyperVGuest $Place2 '00000000-0000-4000-8000-0000000000b1'
    }
} finally {
    Show-Down
}
# Not in the plan: rack7/build-l1: left build-l1
