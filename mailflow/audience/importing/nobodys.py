"""Addresses that are no person's: an office's, as info@, and those of services that throw them away after a day."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLES = _words(
    """
    abuse accounting accounts admin administracion administration administrador all atencion atencioncliente atencionalcliente
    ayuda billing calidad clientes comercial compras comunicacion contabilidad contact contacto contacta correo customerservice
    direccion director enquiries enquiry everyone facturacion facturas finance gerencia help helpdesk hello hola hostmaster hr
    info informacion information inquiries it jobs mail mailer-daemon marketing news newsletter no-reply nobody noc noreply
    office oficina orders pedidos personal postmaster prensa press privacidad privacy proveedores recepcion reception
    recursoshumanos reservas root rrhh sales secretaria security service servicio soporte spam staff subscribe suport support
    sysadmin team tech tienda unsubscribe usenet ventas web webmaster www
    """
)
"""RFC 2142, and the words for the same in Spain."""
_DISPOSABLE = _words(
    """
    10minutemail.com 10minutemail.net 20minutemail.com 33mail.com airmail.cc anonbox.net armyspy.com binkmail.com bobmail.info
    burnermail.io byom.de chacuo.net crazymailing.com cuvox.de dayrep.com deadaddress.com despam.it discard.email discardmail.com
    disposablemail.com dispostable.com dropmail.me einrot.com emailfake.com emailondeck.com emailtemporario.com.br fakeinbox.com
    fakemail.net fakemailgenerator.com filzmail.com fleckens.hu generator.email getairmail.com getnada.com gishpuppy.com grr.la
    guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org
    guerrillamailblock.com gustr.com harakirimail.com incognitomail.org inboxbear.com inboxkitten.com jetable.org jourrapide.com
    kasmail.com linshiyouxiang.net mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com mailinator.com mailinator.net
    mailinator2.com mailmetrash.com mailnesia.com mailnull.com mailpoof.com mailsac.com mailtemp.info meltmail.com
    minuteinbox.com mintemail.com moakt.com mohmal.com mt2015.com mvrht.net mytemp.email mytrashmail.com nada.email nowmymail.com
    one-time.email owlymail.com pokemail.net rhyta.com sharklasers.com smailpro.com sneakemail.com sofort-mail.de spam4.me
    spamavert.com spambox.us spamex.com spamfree24.org spamgourmet.com spamherelots.com superrito.com teleworm.us temp-mail.io
    temp-mail.org tempail.com tempemail.net tempinbox.com tempmail.com tempmail.dev tempmail.net tempmail.plus
    tempmailaddress.com tempmailo.com tempr.email throwawaymail.com throwaway.email tmail.ws tmailinator.com tmpmail.net
    tmpmail.org trash-mail.com trashmail.com trashmail.de trashmail.net trashmail.ws trbvm.com vomoto.com wegwerfmail.de
    wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net zetmail.com
    """
)


def is_role(local: str) -> bool:
    """Whether the part before the @ names an office, with or without a label behind a plus."""
    bare = local.lower()
    return bare in _ROLES or bare.partition("+")[0].replace(".", "") in _ROLES


def is_disposable(domain: str) -> bool:
    """Whether a domain, in lower case, or one above it, gives out addresses for one day."""
    return domain in _DISPOSABLE or (domain.count(".") > 1 and domain.partition(".")[2] in _DISPOSABLE)
