"""Floor 4: the CRM. Each module is a folder of one shape whose `MODULE` lists what it contributes; a plug-in looks the same.

Imports the floors below by their public faces.
"""
