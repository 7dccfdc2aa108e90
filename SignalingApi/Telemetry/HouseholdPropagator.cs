using System.Diagnostics;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>
/// Carries a trace from one process of the household to the next, in the calls between grains. What a request over HTTP
/// says of its trace is a stranger's: it begins one of its own.
/// </summary>
internal sealed class HouseholdPropagator : DistributedContextPropagator
{
    private static readonly DistributedContextPropagator Calls = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => Calls.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        Calls.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        (traceId, traceState) = (null, null);
        if (carrier is not IHeaderDictionary)
        {
            Calls.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
        }
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier, PropagatorGetterCallback? getter) =>
        carrier is IHeaderDictionary ? null : Calls.ExtractBaggage(carrier, getter);
}
