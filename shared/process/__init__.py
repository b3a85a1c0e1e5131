"""What every process needs: settings, logging, metrics, probes, tasks, HTTP servers."""
