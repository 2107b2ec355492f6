"""Cloud services at which a name that is not taken does not exist, and can be taken by any customer. Facts of the services'
own documentation and of the list https://github.com/EdOverflow/can-i-take-over-xyz."""

SERVICES = {
    "azurewebsites.net": "Azure App Service",
    "cloudapp.net": "Azure Cloud Services",
    "cloudapp.azure.com": "Azure virtual machines",
    "trafficmanager.net": "Azure Traffic Manager",
    "azure-api.net": "Azure API Management",
    "azurecontainer.io": "Azure Container Instances",
    "azurehdinsight.net": "Azure HDInsight",
    "blob.core.windows.net": "Azure Blob Storage",
    "redis.cache.windows.net": "Azure Cache for Redis",
    "database.windows.net": "Azure SQL Database",
    "search.windows.net": "Azure Cognitive Search",
    "servicebus.windows.net": "Azure Service Bus",
    "elasticbeanstalk.com": "AWS Elastic Beanstalk",
}
"""Ending of the names of a service -> its name."""


def service_of(name: str) -> str:
    """The service below whose ending the name stands; empty for any other."""
    return next((title for ending, title in SERVICES.items() if name.endswith(f".{ending}")), "")
