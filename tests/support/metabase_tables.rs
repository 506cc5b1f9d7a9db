//! The values that every generated metabase repeats. A line feed separates the strings of a
//! MULTISZ.

pub(super) const AUTH: &str = "AuthBasic | AuthAnonymous | AuthNTLM";

pub(super) const RELAY_IP_LIST: &str = "18000080200000803c00008044000080010000004c000000000000000000\
    00000100000001000000020000000200000004000000000000004c00008000000000000000000000000000000000ffffffff7f000001";

pub(super) const LOG_MODULES: &[(&str, &str)] = &[
    ("Microsoft IIS Log File Format", "{FF160657-DE82-11CF-BC0A-00AA006111E0}"),
    ("NCSA Common Log File Format", "{FF16065F-DE82-11CF-BC0A-00AA006111E0}"),
    ("W3C Extended Log File Format", "{FF160663-DE82-11CF-BC0A-00AA006111E0}"),
];

pub(super) const SMTP_SERVICE: &[(&str, &str)] = &[
    ("ConnectionTimeout", "600"),
    ("DomainRouting", ""),
    ("EnableReverseDnsLookup", "FALSE"),
    ("EtrnDays", "10"),
    ("HopCount", "15"),
    ("LocalRetryAttempts", "48"),
    ("LocalRetryInterval", "60"),
    ("LogExtFileFlags", "LogExtFileDate | LogExtFileTime | LogExtFileClientIp"),
    ("LogFileDirectory", r"C:\WINDOWS\system32\LogFiles"),
    ("LogFilePeriod", "1"),
    ("LogFileTruncateSize", "20971520"),
    ("LogPluginClsid", "{FF160663-DE82-11CF-BC0A-00AA006111E0}"),
    ("LogType", "0"),
    ("MasqueradeDomain", ""),
    ("MaxBatchedMessages", "20"),
    ("MaxConnections", "2000000000"),
    ("MaxMessageSize", "2097152"),
    ("MaxOutConnections", "1000"),
    ("MaxOutConnectionsPerDomain", "100"),
    ("MaxRecipients", "100"),
    ("MaxSessionSize", "10485760"),
    ("NameResolutionType", "1"),
    ("RemoteRetryAttempts", "48"),
    ("RemoteRetryInterval", "3600"),
    ("RemoteSmtpPort", "25"),
    ("RemoteTimeout", "600"),
    ("SaslLogonDomain", ""),
    ("ServerListenBacklog", "40"),
    ("ServerListenTimeout", "600"),
    ("SmartHost", ""),
    ("SmartHostType", "0"),
    ("SmtpAuthTimeout", "60"),
    ("SmtpLocalDelayExpireMinutes", "720"),
    ("SmtpLocalNDRExpireMinutes", "2880"),
    ("SmtpRemoteDelayExpireMinutes", "720"),
    ("SmtpRemoteNDRExpireMinutes", "2880"),
    ("SmtpRemoteProgressiveRetry", "15,30,60,240"),
    ("SmtpRemoteRetryThreshold", "3"),
];

pub(super) const ROUTING_SOURCE: &[(&str, &str)] = &[
    ("SmtpDsBindType", "CurrentUser"),
    ("SmtpDsDomain", ""),
    ("SmtpDsFlags", "0"),
    ("SmtpDsNamingContext", "CN=Users, DC=contoso, DC=com"),
    ("SmtpDsPort", "389"),
    ("SmtpDsSchemaType", "NT5"),
    ("SmtpRoutingTableType", "ActiveDirectory"),
];

pub(super) const WEB_SERVICE: &[(&str, &str)] = &[
    ("AnonymousUserName", "IUSR_WEB01"),
    ("AppAllowClientDebug", "FALSE"),
    ("AppPoolId", "DefaultAppPool"),
    ("AspBufferingLimit", "4194304"),
    ("AspScriptLanguage", "VBScript"),
    ("AuthFlags", "AuthAnonymous | AuthNTLM"),
    ("ConnectionTimeout", "120"),
    ("DefaultDoc", "Default.htm,Default.asp,index.htm"),
    ("LogExtFileFlags", "LogExtFileDate | LogExtFileTime | LogExtFileClientIp | LogExtFileMethod"),
    ("LogFileDirectory", r"C:\WINDOWS\system32\LogFiles"),
    ("LogPluginClsid", "{FF160663-DE82-11CF-BC0A-00AA006111E0}"),
    ("LogType", "1"),
    ("MaxConnections", "4294967295"),
    ("WAMUserName", "IWAM_WEB01"),
    (
        "WebSvcExtRestrictionList",
        "0,*.dll\n0,*.exe\n1,C:\\WINDOWS\\system32\\inetsrv\\asp.dll,0,ASP,\"Active Server Pages\"",
    ),
];

pub(super) const SCRIPT_MAPS: &str = r"
.asa,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE
.asp,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE
.cdx,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE
.cer,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE
.idc,C:\WINDOWS\system32\inetsrv\httpodbc.dll,5,GET,POST
.shtm,C:\WINDOWS\system32\inetsrv\ssinc.dll,5,GET,POST
.shtml,C:\WINDOWS\system32\inetsrv\ssinc.dll,5,GET,POST
.stm,C:\WINDOWS\system32\inetsrv\ssinc.dll,5,GET,POST
";

pub(super) const HTTP_ERRORS: &str = r"
400,*,FILE,C:\WINDOWS\help\iisHelp\common\400.htm
401,1,FILE,C:\WINDOWS\help\iisHelp\common\401-1.htm
401,2,FILE,C:\WINDOWS\help\iisHelp\common\401-2.htm
403,1,FILE,C:\WINDOWS\help\iisHelp\common\403-1.htm
403,4,FILE,C:\WINDOWS\help\iisHelp\common\403-4.htm
404,*,FILE,C:\WINDOWS\help\iisHelp\common\404b.htm
500,12,FILE,C:\WINDOWS\help\iisHelp\common\500-12.htm
500,100,URL,/iisHelp/common/500-100.asp
";

pub(super) const MIME_MAP: &str = "
.323,text/h323
.asf,video/x-ms-asf
.avi,video/x-msvideo
.bmp,image/bmp
.cab,application/octet-stream
.css,text/css
.csv,application/octet-stream
.dll,application/x-msdownload
.doc,application/msword
.eml,message/rfc822
.eps,application/postscript
.exe,application/octet-stream
.gif,image/gif
.gz,application/x-gzip
.hlp,application/winhlp
.hqx,application/mac-binhex40
.htc,text/x-component
.htm,text/html
.html,text/html
.ico,image/x-icon
.jpeg,image/jpeg
.jpg,image/jpeg
.js,application/x-javascript
.mdb,application/x-msaccess
.mid,audio/mid
.mov,video/quicktime
.mp3,audio/mpeg
.mpeg,video/mpeg
.msi,application/octet-stream
.pdf,application/pdf
.png,image/png
.pps,application/vnd.ms-powerpoint
.ppt,application/vnd.ms-powerpoint
.ps,application/postscript
.qt,video/quicktime
.rtf,application/rtf
.swf,application/x-shockwave-flash
.tar,application/x-tar
.tgz,application/x-compressed
.tif,image/tiff
.tiff,image/tiff
.txt,text/plain
.vbs,text/vbscript
.wav,audio/wav
.wma,audio/x-ms-wma
.wmv,video/x-ms-wmv
.xls,application/vnd.ms-excel
.xml,text/xml
.xsl,text/xml
.zip,application/x-zip-compressed
";
