"""Formats of files that no library reads for us: OFD, RTF, OpenDocument, the XML of Office 2003."""
