"""Signals in measured series: thresholds and alarm states, anomalies without tuning, forecasts with intervals."""

from ronghe.signals.alarms import Event, Severity, State, Threshold, alarms, latched
from ronghe.signals.anomalies import anomalies
from ronghe.signals.forecasting import Forecast, forecast
from ronghe.signals.openmetrics import exposition, labelled
from ronghe.signals.series import Series, Tidied, tidy

__all__ = [
    "Event",
    "Forecast",
    "Series",
    "Severity",
    "State",
    "Threshold",
    "Tidied",
    "alarms",
    "anomalies",
    "exposition",
    "forecast",
    "labelled",
    "latched",
    "tidy",
]
