namespace QuicPair.Client.Session;

/// <summary>Makes sessions with whichever Mac of a household serves a model best.</summary>
internal sealed class AnyMac(Phone phone, string? model)
{
    private string? _device;
    private PairedMac? _newest;

    public async Task<PairedMac> Connect(CancellationToken cancellation)
    {
        var household = phone.Household();
        if (household.Count == 0)
        {
            throw new ConnectException(ConnectFailure.Refused);
        }

        return Keep(await OpenLast() ?? await phone.OpenAny(household, model, cancellation));

        async Task<PairedMac?> OpenLast()
        {
            // One that was away just now need not be looked for again: it is among those that are picked from.
            if (_newest is { IsAway: true }) return null;
            if (household.FirstOrDefault(record => record.DeviceId == _device) is not { } last) return null;
            try
            {
                return await phone.Open(last, cancellation);
            }
            catch (ConnectException failure) when (failure.Reason != ConnectFailure.FrontDoorUnreachable)
            {
                return null;
            }
        }
    }

    private PairedMac Keep(PairedMac mac)
    {
        (_device, _newest) = (mac.Pairing.DeviceId, mac);
        return WithSame(mac);
    }

    private PairedMac WithSame(PairedMac mac)
    {
        var device = mac.Pairing.DeviceId;
        mac.SameMac = token => OpenSame(device, token);
        if (phone.Household().Count > 1) mac.EndWhenAway();
        return mac;
    }

    private async Task<PairedMac> OpenSame(string device, CancellationToken cancellation)
    {
        var record = phone.Pairings.Load().FirstOrDefault(known => known.DeviceId == device)
            ?? throw new ConnectException(ConnectFailure.Refused);
        try
        {
            return WithSame(await phone.Open(record, cancellation));
        }
        catch (ConnectException failure) when (failure.Reason != ConnectFailure.FrontDoorUnreachable)
        {
            // It was looked for just now: who then takes any Mac need not wait for it again.
            if (_device == device) _device = null;
            throw;
        }
    }
}
