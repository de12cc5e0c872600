#Requires -Version 5.1
# A plan of Nestor's, to be read and run by hand where Nestor may not.
# Nothing here looks whether the fleet still is as it was then: make a new one where that is long ago.
# Each guest is asked for before it is touched. It needs Windows PowerShell 5.1 or PowerShell 7; ssh (the OpenSSH client), and virsh on the KVM hosts.
# Made at 1970-01-01T00:00:00Z, digest sha256:d.

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# How the hosts are reached from here; correct what is not so.
# rack7
$Place1 = @{ Target = 'root@10.0.0.7'; Port = 22 }
# rack7/build-l1: a guest of rack7, whose address is as that host sees it (ProxyJump in ssh_config leads there)
$Place2 = @{ Target = 'root@10.0.0.7'; Port = 22 }

$Folder = Join-Path $HOME ('nestor-plan.' + [guid]::NewGuid().ToString('N'))
New-Item -ItemType Directory -Path $Folder | Out-Null
Write-Host "the settings as they were are kept in $Folder"
$Down = New-Object System.Collections.ArrayList

function Confirm-Item($What) { (Read-Host "${What}? [y/N]") -ceq 'y' }

function Show-Down {
    foreach ($One in $Down) { Write-Warning "STILL OFF, start by hand: $One" }
}

# Every word is a fixed one, a number or a uuid: the shell on the other side reads nothing else out of it.
function Invoke-Virsh($Place, $Words) {
    $Line = 'env LC_ALL=C virsh -c qemu:///system ' + ($Words -join ' ')
    $Output = & ssh -n -p $Place.Port -- $Place.Target $Line
    if ($LASTEXITCODE -ne 0) { throw "'$Line' ended with $LASTEXITCODE on $($Place.Target)" }
    $Output
}

# Asks it to shut down, and never cuts its power.
function Stop-LibvirtGuest($Place, $Id, $Seconds) {
    Invoke-Virsh $Place @('shutdown', $Id) | Out-Null
    $Down.Add("virsh -c qemu:///system start $Id (on $($Place.Target))") | Out-Null
    $End = (Get-Date).AddSeconds($Seconds)
    while (@(Invoke-Virsh $Place @('domstate', $Id))[0] -cne 'shut off') {
        if ((Get-Date) -ge $End) { throw "$Id did not shut down within $Seconds s" }
        Start-Sleep -Seconds 1
    }
}

function Start-LibvirtGuest($Place, $Id) {
    Invoke-Virsh $Place @('start', $Id) | Out-Null
    $Down.Remove("virsh -c qemu:///system start $Id (on $($Place.Target))")
}

# A host that was restarted itself takes a while.
function Wait-LibvirtHost($Place, $Seconds) {
    $End = (Get-Date).AddSeconds($Seconds)
    while ($true) {
        & ssh -n -o ConnectTimeout=5 -p $Place.Port -- $Place.Target true
        if ($LASTEXITCODE -eq 0) { return }
        if ((Get-Date) -ge $End) { throw "$($Place.Target) did not answer within $Seconds s" }
        Start-Sleep -Seconds 5
    }
}

# Its secrets are in there.
function Save-LibvirtGuest($Place, $Id) {
    $Text = Invoke-Virsh $Place @('dumpxml', $Id, '--inactive', '--security-info')
    $Text | Set-Content -Encoding UTF8 -Path (Join-Path $Folder "$Id.before.xml")
}

# The maximum of its next start, in KiB.
function Get-LibvirtMaximum($Place, $Id) {
    $Text = Invoke-Virsh $Place @('dumpxml', $Id, '--inactive')
    [long](([xml]($Text -join "`n")).DocumentElement.SelectSingleNode('memory').InnerText)
}

function Set-LibvirtMemory($Place, $Id, $KiB) {
    if ((Get-LibvirtMaximum $Place $Id) -lt $KiB) {
        Invoke-Virsh $Place @('setmaxmem', $Id, $KiB, '--config') | Out-Null
    }
    Invoke-Virsh $Place @('setmem', $Id, $KiB, '--config') | Out-Null
}

# As much at the start as it can get at most.
function Set-LibvirtFixedMemory($Place, $Id) {
    Invoke-Virsh $Place @('setmem', $Id, (Get-LibvirtMaximum $Place $Id), '--config') | Out-Null
}

# virsh has no command for it: its editor opens on the host.
function Edit-LibvirtProcessor($Place, $Id, $Policy) {
    Write-Host "in the editor: give <cpu> the line <feature policy='$Policy' name='svm'/>,"
    Write-Host "with vmx for svm where the host's CPU is Intel's"
    & ssh -t -p $Place.Port -- $Place.Target "env LC_ALL=C virsh -c qemu:///system edit $Id"
    if ($LASTEXITCODE -ne 0) { throw "the definition of $Id was not changed" }
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
        Stop-LibvirtGuest $Place2 '00000000-0000-4000-8000-0000000000b1' 120
        Save-LibvirtGuest $Place1 '00000000-0000-4000-8000-0000000000a1'
        Set-LibvirtMemory $Place1 '00000000-0000-4000-8000-0000000000a1' 4194304
        Set-LibvirtFixedMemory $Place1 '00000000-0000-4000-8000-0000000000a1'
        Invoke-Virsh $Place1 @('setvcpus', '00000000-0000-4000-8000-0000000000a1', 4, '--maximum', '--config') | Out-Null
        Edit-LibvirtProcessor $Place1 '00000000-0000-4000-8000-0000000000a1' 'require'
        Stop-LibvirtGuest $Place1 '00000000-0000-4000-8000-0000000000a1' 120
        Start-LibvirtGuest $Place1 '00000000-0000-4000-8000-0000000000a1'
        Write-Host 'look inside: whether it sees svm or vmx, and whether its guests can start'
        Wait-LibvirtHost $Place2 600
        Start-LibvirtGuest $Place2 '00000000-0000-4000-8000-0000000000b1'
    }
} finally {
    Show-Down
}
# Not in the plan: rack7/build-l1: left build-l1
