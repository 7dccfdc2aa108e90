namespace QuicPair.SignalingApi.Dashboard;

/// <summary>Registered where the silo feeds a dashboard, so that the front door maps one.</summary>
internal sealed class DashboardMark;
