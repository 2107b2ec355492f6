import sys

from cyberai_sdk import Client, ScanFailed

try:
    scan = Client().scan(sys.argv[1], scan_type="web").wait(timeout=300)
except ScanFailed as error:
    sys.exit(str(error))
print("verdict:", scan.verdict)
worst = [found for found in scan.vulnerabilities() if found.severity in ("critical", "high", "medium", "low")]
print("\n".join(f"{found.severity}\t{found.title}" for found in worst))
scan.report("findings.csv")
