using System.Reflection;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Presence;
using Xunit;

namespace QuicPair.Grains.Tests;

/// <summary>
/// The dashboard calls every method without parameters that returns a grain's stored state.
/// </summary>
public sealed class DashboardRuleTests
{
    private static IEnumerable<MethodInfo> WithoutParameters => typeof(IMacGrain).Assembly.GetTypes()
        .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
        .SelectMany(type => type.GetMethods())
        .Where(method => method.GetParameters().Length == 0);

    [Fact]
    public void No_method_without_parameters_returns_what_is_stored() => Assert.All(
        WithoutParameters.SelectMany(method => method.ReturnType.GenericTypeArguments),
        type => Assert.False(type.IsAssignableTo(typeof(IGrainRecord)), type.Name));

    [Fact]
    public void Each_grain_has_one_redacted_GetState()
    {
        string[] expected = [nameof(FleetSnapshot), nameof(MacSnapshot), nameof(PairingSnapshot)];
        var states = WithoutParameters.Where(method => method.Name == "GetState");
        var returned = states.Select(method => method.ReturnType.GenericTypeArguments.Single().Name);
        Assert.Equal(expected, returned.Order());
    }

    [Fact]
    public void Nothing_that_a_snapshot_holds_can_carry_a_key()
    {
        Type[] harmless =
        [
            typeof(string), typeof(bool), typeof(int), typeof(long), typeof(long?), typeof(double), typeof(double?),
            typeof(TimeSpan), typeof(DateTimeOffset), typeof(DateTimeOffset?), typeof(MacId), typeof(PairingKey),
            typeof(PairingStage?),
        ];
        var snapshots = typeof(IMacGrain).Assembly.GetExportedTypes()
            .Where(type => type.Namespace!.StartsWith(typeof(IMacGrain).Namespace!, StringComparison.Ordinal))
            .Where(type => type == typeof(FleetMember) || type == typeof(AnswerTimings)
                || type.Name.EndsWith("Snapshot", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(6, snapshots.Count);
        var held = snapshots
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(property => property.PropertyType.GenericTypeArguments is [var item]
                && !property.PropertyType.IsValueTypeNullable() ? item : property.PropertyType)
            .Where(type => !snapshots.Contains(type));
        Assert.All(held, type => Assert.Contains(type, harmless));
    }
}
